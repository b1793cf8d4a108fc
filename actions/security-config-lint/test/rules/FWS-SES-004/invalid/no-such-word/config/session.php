<?php

return [
    'same_site' => 'relaxed',
];
