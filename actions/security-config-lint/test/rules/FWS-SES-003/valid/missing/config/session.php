<?php

return [
    'driver' => 'redis',
];
