<?php

return [
    'same_site' => 'Strict',
];
